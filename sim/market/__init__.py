"""The equations as pure functions of arrays; each module opens with the equations that it holds."""
