"""The far side: takes the tills' batches for good and gives receipts (appliance/sync/PROTOCOL.md)."""
