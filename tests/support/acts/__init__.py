"""The table of acts: what a person does, what the next plan says, what the ticket shows, what is left after undo."""
