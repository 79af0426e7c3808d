"""Computes the boxes of the PRISMA 2020 flow from counts and draws its diagram."""
