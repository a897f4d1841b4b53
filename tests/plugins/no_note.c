/* A shared object that is no connector. */
int nothing_of_interest(void) { return 1; }
