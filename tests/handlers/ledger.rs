//! What the ledger's conditional writes answer, beside their conditions (`conditions`).
