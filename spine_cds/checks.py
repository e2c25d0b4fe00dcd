"""System checks that tell an operator what is wrong."""
