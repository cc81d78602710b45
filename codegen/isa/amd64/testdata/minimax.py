"""Coefficients of the polynomials in codegen/isa/amd64/math_*.go.

    pip install mpmath && python minimax.py

Each polynomial minimises the largest weighted error over an interval: the exchange
algorithm of E. Remez (1934) on the reference points of L. Veidinger's start, for a
linear basis 1, x, x^2, .... Coefficients are rounded one at a time, the lowest
power first, and the remaining ones are fitted again, so that what is printed is a
minimum for the rounded ones too.
"""
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, exp, expm1, log, log1p, erf, erfc, sqrt, atanh
import struct

mp.dps = 50


def f32(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def f64(x):
    return mpf(float(x))


def exchange(f, w, powers, a, b):
    """Coefficients c of sum c_i x^powers_i near f, error weighted by w, on [a, b]."""
    n = len(powers)
    points = [(a + b) / 2 - (b - a) / 2 * cos(pi * i / n) for i in range(n + 1)]
    grid = [a + (b - a) * mpf(i) / 3000 for i in range(3001)]
    for _ in range(30):
        m = matrix(n + 1, n + 1)
        r = matrix(n + 1, 1)
        for i, x in enumerate(points):
            for j, p in enumerate(powers):
                m[i, j] = x**p
            m[i, n] = (-1) ** i / w(x)
            r[i] = f(x)
        s = lu_solve(m, r)
        c = [s[j] for j in range(n)]
        err = [w(x) * (sum(cj * x**p for cj, p in zip(c, powers)) - f(x)) for x in grid]
        # One extremum between two changes of sign.
        picks = []
        start = 0
        for i in range(1, len(grid) + 1):
            if i == len(grid) or (err[i] > 0) != (err[start] > 0):
                best = max(range(start, i), key=lambda k: abs(err[k]))
                picks.append(best)
                start = i
        while len(picks) > n + 1:
            picks.pop(0 if abs(err[picks[0]]) < abs(err[picks[-1]]) else -1)
        worst = max(abs(e) for e in err)
        if len(picks) < n + 1 or worst <= abs(s[n]) * mpf("1.0005"):
            break
        points = [grid[k] for k in picks]
    return c, worst


def fit(name, f, w, degree, a, b, fixed=(), rounding=f32):
    """Prints the coefficients, lowest first. fixed ones are given beforehand."""
    a, b = mpf(a), mpf(b)
    done = [mpf(x) for x in fixed]
    worst = None
    while len(done) <= degree:
        powers = list(range(len(done), degree + 1))
        g = lambda x: f(x) - sum(c * x**i for i, c in enumerate(done))
        c, _ = exchange(g, w, powers, a, b)
        done.append(rounding(c[0]))
    grid = [a + (b - a) * mpf(i) / 2000 for i in range(2001)]
    worst = max(abs(w(x) * (sum(c * x**i for i, c in enumerate(done)) - f(x))) for x in grid)
    print(f"{name}: error 2^{float(log(worst, 2)):.1f}")
    print("    " + ", ".join(mp.nstr(c, 9 if rounding is f32 else 17) for c in done))


tiny = mpf(2) ** -60
small = mpf(2) ** -10  # weights are no less


def series(f, limit):
    """f, but its limit near 0, where its formula is 0/0."""
    return lambda x: f(x) if abs(x) > tiny else mpf(limit)


half = log(mpf(2)) / 2 * mpf("1.0005")

if __name__ == "__main__":
    # exp(r) = 1 + r + r^2 Q(r); the weight makes it relative to expm1(r).
    fit("exp", series(lambda r: (expm1(r) - r) / r**2, 0.5), lambda r: max(abs(r), small), 4, -half, half)
    # log(1+f) = f + f^2 P(f), relative.
    fit("log", series(lambda f: (log1p(f) - f) / f**2, -0.5), series(lambda f: max(abs(f * f / log1p(f)), small), small), 8, -0.25, 0.5, fixed=[-0.5])
    # erf(x) = x + x P(x^2), relative.
    fit("erf below 1", series(lambda s: erf(sqrt(s)) / sqrt(s) - 1, 2 / sqrt(pi) - 1), lambda s: 1, 6, 0, 1)
    # erfc(t) = exp(-t G(t)): the error of erf is erfc(t) times that of the exponent.
    fit("erf above 1", lambda t: -log(erfc(t)) / t, lambda t: t * erfc(t) / erf(t), 6, 0.99, 4)
    # log2(m) = s R(s^2), s = (m-1)/(m+1).
    fit("log2", series(lambda z: 2 * atanh(sqrt(z)) / sqrt(z) / log(2), 2 / log(2)), lambda z: 1, 5, 0, 0.0401, rounding=f64)
    fit("exp2", lambda r: exp(r * log(2)), lambda r: 1, 6, -0.5, 0.5, rounding=f64)
