"""The verb ``memo``: a study as a document, in Markdown, HTML, DOCX and PDF."""
