// Not yet filled: the program is started by its path and ends at once.
export {}
