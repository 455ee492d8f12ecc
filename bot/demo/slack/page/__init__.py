"""The demo's page: the look-alike's workspace as a person sees it, in a browser."""
