# Times R's packages on the series the bench wrote (one per line). Prints name<TAB>seconds, median of three runs for the short ones.
# usage: Rscript surveillance.R ears|farrington|rt FILE
suppressMessages({library(EpiEstim); library(surveillance)})
a <- commandArgs(TRUE)
M <- as.matrix(read.csv(a[2], header = FALSE))
say <- function(name, seconds) cat(sprintf("%s\t%.6f\n", name, seconds))
timed <- function(expr, n = 3) median(sapply(1:n, function(i) system.time(expr())[["elapsed"]]))
if (a[1] == "ears") {
  S <- lapply(seq_len(nrow(M)), function(i) sts(observed = M[i, ], start = c(2015, 1), frequency = 52))
  for (m in c("C1", "C2", "C3")) say(m, timed(function() lapply(S, function(s) earsC(s, control = list(range = 12:ncol(M), method = m, baseline = 7, minSigma = 0, alpha = 0.001)))))
}
if (a[1] == "farrington") {
  dates <- seq(as.Date("2015-01-05"), by = 7, length.out = ncol(M)); n <- 20
  S <- lapply(1:n, function(i) sts(observed = M[i, ], start = c(2015, 1), frequency = 52, epoch = as.numeric(dates), epochAsDate = TRUE))
  ctl <- list(range = 261:312, b = 4, w = 3, reweight = TRUE, weightsThreshold = 2.58, noPeriods = 10, trend = TRUE, pThresholdTrend = 1, pastWeeksNotIncluded = 26, thresholdMethod = "nbPlugin", alpha = 0.01, limit54 = c(0, 4), glmWarnings = FALSE)
  say("farrington", timed(function() lapply(S, function(s) suppressWarnings(farringtonFlexible(s, control = ctl))), 1) * nrow(M) / n)
}
if (a[1] == "rt") {
  T <- ncol(M); ts <- seq(2, T - 6)
  say("rt", timed(function() for (i in seq_len(nrow(M))) suppressWarnings(suppressMessages(estimate_R(M[i, ], method = "parametric_si", config = make_config(list(t_start = ts, t_end = ts + 6, mean_si = 4.8, std_si = 2.3))))), 1))
}
