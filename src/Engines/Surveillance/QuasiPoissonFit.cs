using MathNet.Numerics;

namespace Rongtong.Surveillance;

/// <summary>
/// Quasi-Poisson regression log mu = block effect + slope * t + offset by iteratively reweighted least squares, with the start, stopping rule
/// and by-products of R's glm.fit (mu = y + 0.1; relative change of the deviance below 1e-8; at most 25 iterations; the weights of the last
/// step's start go into dispersion and leverages).
/// <para>
/// One effect per block plus one slope is a bordered diagonal system: each step is two passes over the data and no matrix is formed.
/// </para>
/// </summary>
internal sealed class QuasiPoissonFit(int capacity)
{
    private const int IterationsMax = 25;
    private const double Tolerance = 1e-8;

    /// <summary>R's log link lets no mean fall below the machine's precision; blocks without a case come to it.</summary>
    private const double LeastMean = 2.220446049250313e-16;

    private readonly double[] _y = new double[capacity];
    private readonly double[] _t = new double[capacity];
    private readonly double[] _offset = new double[capacity];
    private readonly int[] _group = new int[capacity];
    private readonly double[] _prior = new double[capacity];
    private readonly double[] _eta = new double[capacity];
    private readonly double[] _mu = new double[capacity];
    private readonly double[] _weight = new double[capacity];
    private readonly double[] _z = new double[capacity];
    private double[] _sumW = new double[16], _meanT = new double[16], _meanZ = new double[16], _effect = new double[16];
    private int _n;
    private int _groups;
    private double _spread;
    private double _dispersion;
    private int _rank;

    /// <summary>Dispersion, at least 1.</summary>
    public double Phi { get; private set; }

    /// <summary>Slope per unit of t on the log scale; 0 without trend.</summary>
    public double Slope { get; private set; }

    /// <summary>False when no trend was asked for, or when t does not vary within any block.</summary>
    public bool HasTrend { get; private set; }

    /// <summary>Two-sided p-value of the slope, Student's t with the residual degrees of freedom.</summary>
    public double TrendPValue
    {
        get
        {
            var t = Slope / Math.Sqrt(_dispersion / _spread);
            var df = _n - _rank;
            return SpecialFunctions.BetaRegularized(df / 2.0, 0.5, df / (df + t * t));
        }
    }

    public void Clear() => (_n, _groups) = (0, 0);

    public void Add(double y, double t, int group, double offset)
    {
        if (group >= _sumW.Length)
        {
            Array.Resize(ref _sumW, group + 1);
            Array.Resize(ref _meanT, group + 1);
            Array.Resize(ref _meanZ, group + 1);
            Array.Resize(ref _effect, group + 1);
        }
        (_y[_n], _t[_n], _group[_n], _offset[_n]) = (y, t, group, offset);
        _groups = Math.Max(_groups, group + 1);
        _n++;
    }

    /// <summary>Fits, once more with outbreak weights if the options say so. False when the first fit does not converge.</summary>
    public bool Run(bool trend, FarringtonOptions options)
    {
        var prior = _prior.AsSpan(0, _n);
        prior.Fill(1);
        if (!Iterate(trend)) return false;
        SetDispersion(_weight);
        Phi = Math.Max(_dispersion, 1);
        if (!options.Reweight) return true;

        SetOutbreakWeights(options.WeightsThreshold);
        Iterate(trend);
        SetDispersion(_weight);
        Phi = Math.Max(_dispersion, 1);
        // From here on R's summary and predict see the outbreak weights where the working weights were.
        SetDispersion(_prior);
        return true;
    }

    /// <summary>The mean of a linear predictor.</summary>
    public static double Mean(double eta) => Math.Max(Math.Exp(eta), LeastMean);

    /// <summary>Linear predictor and its standard error.</summary>
    public (double Eta, double Se) Predict(double t, int group, double offset)
    {
        var variance = 1 / _sumW[group];
        if (HasTrend)
        {
            var d = t - _meanT[group];
            variance += d * d / _spread;
        }
        return (_effect[group] + Slope * t + offset, Math.Sqrt(variance * _dispersion));
    }

    private bool Iterate(bool trend)
    {
        for (var i = 0; i < _n; i++)
        {
            _mu[i] = _y[i] + 0.1;
            _eta[i] = Math.Log(_mu[i]);
        }
        var before = Deviance();
        for (var iteration = 0; iteration < IterationsMax; iteration++)
        {
            Solve(trend);
            for (var i = 0; i < _n; i++)
            {
                _eta[i] = _effect[_group[i]] + Slope * _t[i] + _offset[i];
                _mu[i] = Mean(_eta[i]);
            }
            var deviance = Deviance();
            if (!double.IsFinite(deviance)) return false;
            if (Math.Abs(deviance - before) / (Math.Abs(deviance) + 0.1) < Tolerance) return true;
            before = deviance;
        }
        return false;
    }

    private void Solve(bool trend)
    {
        var sumW = _sumW.AsSpan(0, _groups);
        var meanT = _meanT.AsSpan(0, _groups);
        var meanZ = _meanZ.AsSpan(0, _groups);
        sumW.Clear();
        meanT.Clear();
        meanZ.Clear();
        for (var i = 0; i < _n; i++)
        {
            var w = _prior[i] * _mu[i];
            var z = _eta[i] - _offset[i] + (_y[i] - _mu[i]) / _mu[i];
            var g = _group[i];
            (_weight[i], _z[i]) = (w, z);
            sumW[g] += w;
            meanT[g] += w * _t[i];
            meanZ[g] += w * z;
        }
        _rank = 0;
        for (var g = 0; g < _groups; g++)
        {
            if (sumW[g] <= 0) continue;
            meanT[g] /= sumW[g];
            meanZ[g] /= sumW[g];
            _rank++;
        }
        (Slope, HasTrend) = (0, false);
        if (trend)
        {
            var (spread, cross, scale) = (0.0, 0.0, 0.0);
            for (var i = 0; i < _n; i++)
            {
                var g = _group[i];
                var d = _t[i] - meanT[g];
                spread += _weight[i] * d * d;
                cross += _weight[i] * d * (_z[i] - meanZ[g]);
                scale += _weight[i] * _t[i] * _t[i];
            }
            // t is determined by the blocks when it does not vary within them: R drops the column.
            if (spread > 1e-20 * scale)
            {
                (Slope, HasTrend, _spread) = (cross / spread, true, spread);
                _rank++;
            }
        }
        for (var g = 0; g < _groups; g++) _effect[g] = meanZ[g] - Slope * meanT[g];
    }

    private double Deviance()
    {
        var sum = 0.0;
        for (var i = 0; i < _n; i++)
        {
            var y = _y[i];
            sum += _prior[i] * ((y > 0 ? y * Math.Log(y / _mu[i]) : 0) - (y - _mu[i]));
        }
        return 2 * sum;
    }

    private void SetDispersion(double[] weights)
    {
        var sum = 0.0;
        for (var i = 0; i < _n; i++)
        {
            var residual = (_y[i] - _mu[i]) / _mu[i];
            if (weights[i] > 0) sum += weights[i] * residual * residual;
        }
        _dispersion = sum / (_n - _rank);
    }

    /// <summary>Observations whose standardised Anscombe residual exceeds the threshold get weight s^-2, others 1; scaled to the number of observations.</summary>
    private void SetOutbreakWeights(double threshold)
    {
        var total = 0.0;
        for (var i = 0; i < _n; i++)
        {
            var g = _group[i];
            var leverage = _weight[i] / _sumW[g];
            if (HasTrend)
            {
                var d = _t[i] - _meanT[g];
                leverage += _weight[i] * d * d / _spread;
            }
            // R takes leverages within 10 machine epsilons of one for one.
            if (leverage > 1 - 2.3e-15) leverage = 1;
            var root = Math.Cbrt(_y[i]);
            var s = 1.5 * (root * root / Math.Pow(_mu[i], 1.0 / 6) - Math.Sqrt(_mu[i])) / Math.Sqrt(Phi * (1 - leverage));
            _prior[i] = s > threshold ? 1 / (s * s) : 1;
            total += _prior[i];
        }
        var gamma = _n / total;
        for (var i = 0; i < _n; i++) _prior[i] *= gamma;
    }
}
