"""What the engine keeps of Microsoft Teams: the bot's account, conversations, the app package."""
