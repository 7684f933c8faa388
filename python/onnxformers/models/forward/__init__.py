"""Forward passes: one module for each way in which sessions are run.

Each has a class `Forward`, made once for a loaded model from its graphs and its config, and called
with the inputs of a call.
"""
