//! Records with a life span that all replicas share
