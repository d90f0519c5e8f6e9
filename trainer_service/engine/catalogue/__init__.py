"""The datasets a run may name, as plain facts: no numerical library is loaded here, so the web may ask.

`sha256` is over the features and targets as little-endian float64 bytes; `engine.data` refuses to serve
rows that do not match. The held-out rows of a dataset version are the same for everyone, for ever.
"""

from trainer_service.engine.catalogue.base import Dataset
from trainer_service.engine.catalogue.environments import ENVIRONMENTS
from trainer_service.engine.catalogue.generated import GENERATED
from trainer_service.engine.catalogue.installed import INSTALLED
from trainer_service.engine.catalogue.market import MARKET
from trainer_service.engine.catalogue.mixtures import MIXTURES
from trainer_service.engine.catalogue.production import PRODUCTION
from trainer_service.engine.catalogue.stepwise import STEPWISE

__all__ = ["DATASETS", "Dataset"]

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (*INSTALLED, *GENERATED, *MARKET, *PRODUCTION, *STEPWISE, *ENVIRONMENTS, *MIXTURES)
}
