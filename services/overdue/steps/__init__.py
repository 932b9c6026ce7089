"""Where each receivable stands in its creditor's process, and whether its next step may be taken."""
