"""Field encryption: the data keys of each organisation, wrapped by the keys of the installation, and their rotation."""
