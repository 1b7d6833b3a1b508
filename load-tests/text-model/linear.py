"""Logistic regression over hashed features, its calibration, and its file (`ClassifierModel+File.swift`)."""

import hashlib
import struct
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from features import Buckets
from numpy.typing import NDArray

MAGIC = b"WEIRCLS2"
LANES = 4
Matrix: TypeAlias = NDArray[np.float32]


@dataclass
class Settings:
    epochs: int = 4
    batch: int = 1_024
    rate: float = 0.4
    # Share of a text's features that are left out, others each time: so that none relies on the rest of its template.
    dropout: float = 0.6
    decay: float = 1e-6
    # Share of the texts with a label, for which scores are calibrated; the templates have more of one than of another.
    prior: float = 0.15
    seed: int = 1


def logits(buckets: Buckets, weights: Matrix) -> NDArray[np.float64]:
    """Sums of weights over the root of the number of features, a row a text."""
    out = np.zeros((len(buckets.counts), weights.shape[1]))
    for start in range(0, len(out), 4_096):
        rows = np.arange(start, min(start + 4_096, len(out)))
        values, starts, counts = buckets.rows(rows)
        if counts.min() == 0:
            raise ValueError("a text has no features")
        sums = np.add.reduceat(weights[values].astype(np.float64), starts, axis=0)
        out[rows] = sums / np.sqrt(counts)[:, None]
    return out


def train(
    buckets: Buckets, targets: NDArray[np.float32], wanted: NDArray[np.int64], size: int, settings: Settings
) -> tuple[Matrix, NDArray[np.float64]]:
    """Weights and intercepts by AdaGrad (Duchi, Hazan and Singer, 2011) on the texts `wanted`."""
    chance = np.random.default_rng(settings.seed)
    labels = targets.shape[1]
    weights = np.zeros((size, labels), np.float32)
    squares = np.full((size, labels), 1e-3, np.float32)
    intercepts = np.zeros(labels)
    intercept_squares = np.full(labels, 1e-3)
    # Of few texts small batches, or there would be hardly a step.
    batch = min(settings.batch, max(16, len(wanted) // 64))
    for _ in range(settings.epochs):
        order = chance.permutation(wanted)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            values, starts, counts = buckets.rows(rows)
            if settings.dropout > 0:
                keep = chance.random(len(values), np.float32) >= settings.dropout
                keep[starts] = True
                counts = np.add.reduceat(keep, starts, dtype=np.int64)
                values, starts = values[keep], np.concatenate(([0], np.cumsum(counts)[:-1]))
            scale = (1 / np.sqrt(counts)).astype(np.float32)
            sums = np.add.reduceat(weights[values], starts, axis=0) * scale[:, None] + intercepts
            wrong = (1 / (1 + np.exp(-sums)) - targets[rows]).astype(np.float32)
            spread = np.repeat(wrong * scale[:, None], counts, axis=0)
            for label in range(labels):
                gradient = np.bincount(values, weights=spread[:, label], minlength=size).astype(np.float32)
                gradient += np.float32(settings.decay * len(rows)) * weights[:, label]
                squares[:, label] += gradient * gradient
                weights[:, label] -= np.float32(settings.rate) * gradient / np.sqrt(squares[:, label])
            slope = wrong.sum(axis=0)
            intercept_squares += slope**2
            intercepts -= settings.rate * slope / np.sqrt(intercept_squares)
    return weights, intercepts


def platt(scores: NDArray[np.float64], target: NDArray[np.float32], prior: float) -> tuple[float, float]:
    """Slope and intercept that make scores probabilities (Platt, 1999; by Newton, with his smoothed targets).

    Where `prior` of all texts have the label, whatever the share here is (Elkan, 2001).
    """
    positives = float(target.sum())
    negatives = len(target) - positives
    if positives == 0 or negatives == 0:
        # Nothing to tell apart: the same score for every text.
        return 0.0, -10.0 if positives == 0 else 10.0
    goal = np.where(target > 0.5, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    slope, intercept = 1.0, 0.0
    for _ in range(100):
        likely = 1 / (1 + np.exp(-(slope * scores + intercept)))
        wrong = likely - goal
        weight = np.maximum(likely * (1 - likely), 1e-9)
        gradient = np.array([(wrong * scores).sum(), wrong.sum()])
        curve = np.array(
            [[(weight * scores**2).sum() + 1e-6, (weight * scores).sum()], [(weight * scores).sum(), weight.sum()]]
        )
        step = np.linalg.solve(curve, gradient)
        slope, intercept = slope - step[0], intercept - step[1]
        if np.abs(step).max() < 1e-9:
            break
    intercept += np.log(prior / (1 - prior)) - np.log(positives / negatives)
    return max(0.0, float(slope)), float(intercept)


@dataclass
class Quantised:
    """What the file holds."""

    weights: NDArray[np.int8]
    slopes: list[float]
    intercepts: list[float]

    @staticmethod
    def of(weights: Matrix, intercepts: NDArray[np.float64], calibration: list[tuple[float, float]]) -> "Quantised":
        steps = []
        for label in range(weights.shape[1]):
            used = np.abs(weights[:, label][weights[:, label] != 0])
            steps.append(float(np.quantile(used, 0.9995)) / 127)
        whole = np.clip(np.rint(weights / np.array(steps, np.float32)), -127, 127).astype(np.int8)
        slopes = [slope * step for (slope, _), step in zip(calibration, steps, strict=True)]
        shifts = [slope * float(own) + shift for (slope, shift), own in zip(calibration, intercepts, strict=True)]
        return Quantised(whole, slopes, shifts)

    def logits(self, buckets: Buckets) -> NDArray[np.float64]:
        sums = logits(buckets, self.weights.astype(np.float32))
        calibrated: NDArray[np.float64] = sums * np.array(self.slopes) + np.array(self.intercepts)
        return calibrated

    def file(
        self, name: str, labels: list[str], gram_bits: int, word_bits: int, folding: int, vocabulary: list[str]
    ) -> bytes:
        def lanes(values: list[float]) -> list[float]:
            return values + [0.0] * (LANES - len(values))

        head = MAGIC + struct.pack("<IIQ", gram_bits, word_bits, folding)
        head += struct.pack("<4d", *lanes(self.slopes)) + struct.pack("<4d", *lanes(self.intercepts))
        for label in labels + [""] * (LANES - len(labels)):
            head += label.encode("ascii").ljust(32, b"\0")
        head += name.encode("ascii").ljust(64, b"\0")
        words = "".join(word + "\n" for word in vocabulary).encode()
        head += struct.pack("<Q", len(words))
        table = np.zeros((len(self.weights), LANES), np.int8)
        table[:, : self.weights.shape[1]] = self.weights
        body = head + table.tobytes() + words
        return body + hashlib.sha256(body).digest()
