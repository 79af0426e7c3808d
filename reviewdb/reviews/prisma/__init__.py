"""The PRISMA 2020 flow: counts in, boxes and diagram out."""
