"""What the studies say: where they are filed, what is stated about them, what documents publish."""
