"""The model engine against ONNX Runtime's own Python interface, on the same file."""
