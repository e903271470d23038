package dev.quorate.crds.ensemble;

/// What an ensemble is for. Selects derived defaults and which sizes are allowed.
public enum Profile {
    Production,
    Development
}
