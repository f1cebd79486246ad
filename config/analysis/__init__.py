"""What is analysed beyond progress: flow and signals, as people declare it."""
