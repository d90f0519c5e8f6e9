"""How many trainers fit: by cores, by what the container pays for, and by memory."""

from __future__ import annotations

import pytest

from trainyard import machine


@pytest.fixture
def container(tmp_path, monkeypatch):
    """`container(cores, cpu=..., memory=...)`: a machine with so many cores, in such a container."""

    def pretend(cores: int, cpu: str | None = None, memory: str | None = None) -> None:
        monkeypatch.setattr(machine, "CGROUP", tmp_path)
        monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: range(cores), raising=False)
        for name, value in (("cpu.max", cpu), ("memory.max", memory)):
            if value is not None:
                (tmp_path / name).write_text(f"{value}\n")

    return pretend


@pytest.mark.parametrize(
    ("cores", "cpu", "found"),
    [
        (1, None, 1),
        (8, None, 8),
        (8, "max 100000", 8),
        (8, "250000 100000", 2),
        (8, "50000 100000", 1),
        (2, "800000 100000", 2),
        (8, "nonsense", 8),
    ],
)
def test_cores_are_those_that_may_be_used(container, cores, cpu, found) -> None:
    container(cores, cpu)
    assert machine.cores() == found


def test_memory_is_the_containers_where_that_is_less(container) -> None:
    container(8, memory=str(3 * machine.GIB))
    assert machine.memory_bytes() == 3 * machine.GIB


@pytest.mark.parametrize("memory", ["max", str(2**60), "nonsense", ""])
def test_a_container_without_limit_has_the_machines_memory(container, memory) -> None:
    container(8, memory=memory)
    assert machine.memory_bytes() < 2**60


@pytest.mark.parametrize(
    ("cores", "gib", "trainers"), [(1, 8, 1), (2, 8, 1), (4, 8, 3), (64, 8, 4), (64, 2, 2), (64, 0, 1)]
)
def test_trainers_leave_a_core_take_a_gib_each_and_are_four_at_most(
    container, monkeypatch, cores, gib, trainers
) -> None:
    container(cores)
    monkeypatch.setattr(machine, "memory_bytes", lambda: gib * machine.GIB)
    assert machine.sensible_trainers() == trainers
