"""Work that is done later or by the clock.

    @task()                              # django_tasks: `letters.enqueue(public_id)` in the transaction of the change
    def letters(public_id: str) -> None: ...

    @jobs.daily(at="03:00")              # or every(minutes=5), weekly(on="mon", at=…), yearly(on="04-01", at=…)
    @task()
    def tidy() -> None: ...

A room puts its tasks into `jobs.py`; the worker finds them there. Times are Japanese time.
"""

from .schedule import daily, every, weekly, yearly

__all__ = ["daily", "every", "weekly", "yearly"]
