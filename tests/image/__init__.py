"""What stands under deploy/: what makes the image, and what checks it."""
