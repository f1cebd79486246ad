"""A service: runs on a timetable, answers for the last report, and is hastened by what trackers say. No request decides what is written."""
