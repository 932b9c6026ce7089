"""How far each receivable is in its creditor's process, and whether its next step may be taken today."""
