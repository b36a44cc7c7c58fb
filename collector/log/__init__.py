"""The log of all receipts (PROTOCOL.md, section Log): a Merkle tree that outside witnesses cosign."""
