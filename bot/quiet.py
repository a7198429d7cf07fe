"""Rasa's own process: no telemetry, no training cache, no chatter, no personal data in logs.

Import this before Rasa: some of it is read at import.
"""

import logging
import os
import warnings

import structlog

SETTINGS = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",  # the cache does not notice a changed component
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "OMP_NUM_THREADS": "1",  # more threads of the embedding only get in each other's way
    "CUDA_VISIBLE_DEVICES": "-1",
}


def hush() -> None:
    """Apply the settings; what the environment already says wins."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    warnings.simplefilter("ignore")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
