"""What is shipped for those who run it: manifests, schedules, what reviews a pull request."""
