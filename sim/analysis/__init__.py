"""What results say: one method a file."""
