"""Each algorithm against a plain loop of its textbook form that draws the same random numbers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from trainer_service.engine.architectures.feed_forward import Network
from trainer_service.engine.control import bandits, dqn, policy_gradient, tabular
from trainer_service.engine.control.environments import CartPole, environment
from trainer_service.engine.control.worlds import GRIDS, NETWORK_STEPS, PULLS, TABLE_STEPS, UPDATES
from trainer_service.engine.optimizers import StepSizes
from trainer_service.engine.randomness import Stream, generator

CART = CartPole()
STARTS = torch.rand(30, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 0.1 - 0.05
SIZES = StepSizes(learning_rate=0.002, weight_decay=0.01)


def module(network: Network, row: torch.Tensor) -> nn.Sequential:
    """torch's own layers with the weights of a flat row."""
    layers: list[nn.Module] = []
    for layer in network.trimmed(row):
        linear = nn.Linear(*layer.weight.shape[1:])
        linear.weight.data.copy_(layer.weight[0].T)
        linear.bias.data.copy_(layer.bias[0, 0])
        layers += [linear, nn.ReLU() if network.bend == "relu" else nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def assert_like(network: Network, row: torch.Tensor, expected: nn.Sequential, tolerance: float) -> None:
    """Hold a flat row to the weights of torch's own layers."""
    linears = [part for part in expected if isinstance(part, nn.Linear)]
    for layer, linear in zip(network.trimmed(row), linears, strict=True):
        torch.testing.assert_close(
            layer.weight[0].T, linear.weight, atol=tolerance, rtol=0, check_stride=False
        )
        torch.testing.assert_close(layer.bias[0, 0], linear.bias, atol=tolerance, rtol=0)


def adamw(network: nn.Module) -> torch.optim.AdamW:
    """torch's own optimizer with our settings."""
    return torch.optim.AdamW(
        network.parameters(), lr=SIZES.learning_rate, weight_decay=SIZES.weight_decay, eps=1e-8
    )


def step_of_cart(state: torch.Tensor, action: int) -> tuple[torch.Tensor, bool]:
    """One lane, one step."""
    step = CART.step(state.unsqueeze(0), torch.tensor([action]), torch.zeros(1), torch.ones(1))
    return step.states[0], bool(step.ended[0])


@pytest.mark.parametrize("double", [True, False])
def test_deep_q_learning_is_the_loop_of_the_paper(double):
    network = Network((4, 16, 2), "relu", "regression")
    row = dqn.Row(5, SIZES, 0.95, 1.0, 0.1, 400, STARTS, STARTS[:2], torch.zeros(2, 500))
    recipe = dqn.Recipe(
        CART, network, "adamw", batch=16, memory=200, warm_up=60, every=3, renew=10, double=double
    )
    agents = dqn.DQN(recipe, [row, row])
    online, target = module(network, agents.policies()[0]), module(network, agents.policies()[0])
    agents.epoch(0, 1.0)

    acts = torch.rand(NETWORK_STEPS, 3, generator=generator(5, Stream.ACTIONS, 0))
    first = int(torch.randint(30, (), generator=generator(5, Stream.STARTS)))
    starts = torch.randint(30, (NETWORK_STEPS,), generator=generator(5, Stream.STARTS, 1))
    replay = torch.randint(1 << 40, (NETWORK_STEPS, 16), generator=generator(5, Stream.REPLAY, 0))
    optimizer, memory, state, length, updates = adamw(online), [], STARTS[first], 0, 0
    for step in range(NETWORK_STEPS):
        explore, which, _ = acts[step].tolist()
        seen = CART.observe(state.unsqueeze(0))
        with torch.no_grad():
            best = int(online(seen).argmax())
        action = int(which * 2) if explore < 1.0 + (0.1 - 1.0) * min(step / 400, 1) else best
        after, ended = step_of_cart(state, action)
        memory = [*memory, (seen[0], action, 1.0, CART.observe(after.unsqueeze(0))[0], not ended)]
        length += 1
        is_over = ended or length >= CART.limit
        state, length = (STARTS[starts[step]], 0) if is_over else (after, length)
        done = step + 1
        if done < 60 or done % 3:
            continue
        oldest = max(0, done - 200)  # a ring: its place 0 holds step 200 once step 0 is forgotten
        ring = {place % 200: memory[place] for place in range(oldest, done)}
        batch = [ring[int(pick) % len(ring)] for pick in replay[step]]
        seen, actions, rewards, then, goes_on = (
            torch.stack(part) if isinstance(part[0], torch.Tensor) else torch.tensor(part)
            for part in zip(*batch, strict=True)
        )
        with torch.no_grad():
            chosen = (online if double else target)(then).argmax(1, keepdim=True)
            worth = target(then).gather(1, chosen)[:, 0]
            wanted = rewards + 0.95 * worth * goes_on
        loss = nn.functional.huber_loss(online(seen).gather(1, actions[:, None])[:, 0], wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        updates += 1
        if updates % 10 == 0:
            target.load_state_dict(online.state_dict())
    assert updates == agents.state["updates"][0] == 147
    assert_like(network, agents.policies()[0], online, 1e-4)
    assert_like(network, agents.state["target"][0], target, 1e-4)


@pytest.mark.parametrize("baseline", ["none", "mean", "value"])
def test_policy_gradient_is_reinforce(baseline):
    policy = Network((4, 8, 2), "tanh", "regression")
    value = Network((4, 8, 1), "tanh", "regression")
    row = policy_gradient.Row(3, SIZES, 0.9, 0.05, STARTS, STARTS[:2], torch.zeros(2, 500))
    agents = policy_gradient.PolicyGradient(
        policy_gradient.Recipe(CART, policy, value, "adamw", 4, baseline), [row, row]
    )
    cut = policy.row_length
    acting, judging = module(policy, agents.policies()[0]), module(value, agents.state["weights"][0, cut:])
    agents.epoch(0, 1.0)

    optimizers = [adamw(acting), adamw(judging)]
    for update in range(UPDATES):
        acts = torch.rand(CART.limit, 2, 4, generator=generator(3, Stream.ACTIONS, update))
        starts = torch.randint(30, (4,), generator=generator(3, Stream.STARTS, update))
        episodes = [_play(acting, STARTS[start], acts[:, 0, number]) for number, start in enumerate(starts)]
        returns = [
            [sum(0.9**k for k in range(len(seen) - t)) for t in range(len(seen))] for seen, _ in episodes
        ]
        advantages = [
            [gain - base for gain, base in zip(gains, against, strict=True)]
            for gains, against in zip(returns, _baselines(baseline, judging, episodes, returns), strict=True)
        ]
        flat = [one for part in advantages for one in part]
        scale = max(1e-8, math.sqrt(sum(one * one for one in flat) / len(flat)))
        loss, off = torch.zeros(()), torch.zeros(())
        for (seen, done), gains, part in zip(episodes, returns, advantages, strict=True):
            spread = torch.distributions.Categorical(logits=acting(torch.stack(seen)))
            weights = torch.tensor(part) / scale
            loss = loss - (spread.log_prob(torch.tensor(done)) * weights + 0.05 * spread.entropy()).sum()
            off = off + (judging(torch.stack(seen))[:, 0] - torch.tensor(gains)).square().sum() / 2
        for optimizer in optimizers:
            optimizer.zero_grad()
        (loss / len(flat)).backward()
        if baseline == "value":
            (off / len(flat)).backward()
        for optimizer in optimizers[: 2 if baseline == "value" else 1]:
            optimizer.step()
    assert_like(policy, agents.policies()[0], acting, 1e-4)
    if baseline == "value":
        assert_like(value, agents.state["weights"][0, cut:], judging, 1e-4)


def _baselines(baseline: str, judging: nn.Module, episodes, returns):
    """What each return is compared with."""
    if baseline == "mean":
        longest = max(map(len, returns))
        there = [[gains[t] for gains in returns if len(gains) > t] for t in range(longest)]
        means = [sum(part) / len(part) for part in there]
        return [means[: len(gains)] for gains in returns]
    if baseline == "value":
        return [judging(torch.stack(seen)).detach()[:, 0].tolist() for seen, _ in episodes]
    return [[0.0] * len(gains) for gains in returns]


def _play(acting: nn.Module, state: torch.Tensor, random: torch.Tensor):
    """One episode: what was seen, and what was done."""
    seen, done = [], []
    for step in range(CART.limit):
        seen.append(CART.observe(state.unsqueeze(0))[0])
        with torch.no_grad():
            chances = acting(seen[-1]).softmax(0)
        done.append(int(random[step] > chances[0]))
        state, ended = step_of_cart(state, done[-1])
        if ended:
            break
    return seen, done


@pytest.mark.parametrize("name", list(GRIDS))
@pytest.mark.parametrize("rule", ["q_learning", "sarsa", "expected_sarsa"])
def test_tables_are_filled_as_in_the_textbook(name, rule):
    world = environment(name)
    start = torch.full((4, 1), float(world.rules.start), dtype=torch.float64)
    row = tabular.Row(9, 0.2, 0.95, 1.0, 0.1, 900, 0.5, world, start, start, torch.zeros(4, world.limit))
    agents = tabular.Tabular(rule, [row, row])
    agents.epoch(0, 1.0)

    explore, which, chance = torch.rand(
        3, TABLE_STEPS + 1, generator=generator(9, Stream.ACTIONS, 0), dtype=torch.float64
    )
    table = torch.full((world.observed, 4), 0.5, dtype=torch.float64)
    state, length, gamma = start[:1], 0, torch.tensor([0.95])

    def epsilon(step):
        return 1.0 + (0.1 - 1.0) * min(1.0, step / 900)

    def choose(step):
        if explore[step] < epsilon(step):
            return int(4 * which[step])
        return int(table[int(state)].argmax())

    action = choose(TABLE_STEPS)
    for number in range(TABLE_STEPS):
        cell = int(state)
        step = world.step(state, torch.tensor([action]), chance[number : number + 1], gamma)
        state, ended, length = step.states, bool(step.ended), length + 1
        following = table[int(state)]
        following_action = choose(number + 1) if rule == "sarsa" else -1
        worth = {
            "q_learning": following.max(),
            "sarsa": following[following_action],
            "expected_sarsa": (1 - epsilon(number + 1)) * following.max()
            + epsilon(number + 1) * following.mean(),
        }[rule]
        wanted = float(step.told) + 0.95 * float(worth) * (not ended)
        table[cell, action] += 0.2 * (wanted - table[cell, action])
        is_over = ended or length >= world.limit
        if is_over:
            state, length = start[:1], 0
        action = following_action if rule == "sarsa" and not is_over else choose(number + 1)
    torch.testing.assert_close(agents.state["tables"][0], table)


@pytest.mark.parametrize(
    ("strategy", "step_size"), [("epsilon_greedy", 0.0), ("epsilon_greedy", 0.2), ("ucb", 0.0)]
)
def test_bandits_choose_and_estimate_as_in_the_textbook(strategy, step_size):
    means = torch.randn(6, 10, generator=torch.Generator().manual_seed(1))
    problems = bandits.Problems(means, list(range(6)))
    row = bandits.Row(seed=4, epsilon=0.2, width=1.5, step_size=step_size, initial=0.3)
    agents = bandits.Bandits(strategy, [row, row], [problems, problems], fitted=6)
    pays = agents.pull(0)[0][:, 0]
    random = torch.rand(PULLS, 2, 6, generator=generator(4, Stream.ACTIONS, 0))
    for number in range(6):
        noise = torch.randn(PULLS, generator=generator(number, Stream.CHANCE, 0))
        estimates, counts = [0.3] * 10, [0] * 10
        for pull in range(PULLS):
            if strategy == "ucb":
                bounds = [
                    estimates[arm] + 1.5 * math.sqrt(math.log(pull + 1) / counts[arm])
                    if counts[arm]
                    else math.inf
                    for arm in range(10)
                ]
                arm = bounds.index(max(bounds))
            elif random[pull, 0, number] < 0.2:
                arm = int(10 * random[pull, 1, number])
            else:
                arm = estimates.index(max(estimates))
            pay = float(means[number, arm] + noise[pull])
            assert pay == pytest.approx(float(pays[pull, number]), abs=1e-6)
            counts[arm] += 1
            estimates[arm] += (step_size or 1 / counts[arm]) * (pay - estimates[arm])
