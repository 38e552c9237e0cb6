"""Blobs under the sha256 of their content: in a folder, or in a bucket of S3."""
