"""What work says, and for which key results it speaks. Pure."""
