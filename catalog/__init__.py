"""What data have we, and what audience is asked for?"""
