"""An outside witness of somebody's log (C2SP tlog-witness): another box, another owner, a little state."""
