"""This package's encoders: a file each, called as `encoder.kind`, with one class derived from `Encoder`."""
