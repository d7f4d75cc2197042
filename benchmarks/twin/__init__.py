"""The plain twin: the demand side as one ordinary Mesa agent per enterprise, against which the fast code is checked."""
