"""The fault drill: workers, brokers and databases are broken on purpose, and every submission is counted."""
