"""What holds letters back: stops, guards, and the reasons they give."""
