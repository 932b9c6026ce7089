"""The workers of Eräpäivä, and what they share: the law, the runtime, the command line."""
