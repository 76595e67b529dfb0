"""The studio in the browser: NiceGUI pages over the services."""
