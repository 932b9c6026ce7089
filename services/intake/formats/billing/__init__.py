"""What all formats of billing documents share: the document and the event it means, debtors, amounts, business ids."""
