# What R's packages say of the series and settings that a test wrote, as CSV with full precision.
# usage: Rscript surveillance.R ears|farrington|rt FOLDER      reads FOLDER/series.csv (one per line), FOLDER/settings.csv; writes FOLDER/out.csv
a <- commandArgs(TRUE)
S <- lapply(strsplit(readLines(file.path(a[2], "series.csv")), ","), function(x) suppressWarnings(as.numeric(x)))
C <- read.csv(file.path(a[2], "settings.csv"), stringsAsFactors = FALSE)
out <- file(file.path(a[2], "out.csv"), "w")
n <- function(x) ifelse(is.na(x), "NaN", sprintf("%.17g", as.numeric(x)))
write <- function(...) writeLines(paste(..., sep = ","), out)
if (a[1] == "ears") {
  suppressMessages(library(surveillance))
  for (i in seq_along(S)) for (j in seq_len(nrow(C))) {
    c <- C[j, ]
    r <- earsC(sts(observed = S[[i]], start = c(2015, 1), frequency = 52), control = list(method = c$method, baseline = c$baseline, minSigma = c$minSigma, alpha = c$alpha))
    from <- length(S[[i]]) - nrow(r) + 1
    write(i, j, seq(from, length(S[[i]])), n(upperbound(r)[, 1]), n(alarms(r)[, 1]))
  }
}
if (a[1] == "farrington") {
  suppressMessages(library(surveillance))
  for (i in seq_along(S)) for (j in seq_len(nrow(C))) {
    c <- C[j, ]; y <- S[[i]]; k <- seq(length(y) - c$last + 1, length(y))
    dates <- seq(as.Date("2013-01-07"), by = 7, length.out = length(y))
    s <- if (c$dated) sts(observed = y, start = c(2013, 2), frequency = 52, epoch = as.numeric(dates), epochAsDate = TRUE) else sts(observed = y, start = c(2013, 2), frequency = 52)
    r <- tryCatch(suppressWarnings(farringtonFlexible(s, control = list(
      range = k, b = c$b, w = c$w, reweight = c$reweight, weightsThreshold = c$weightsThreshold, alpha = c$alpha, trend = c$trend, pThresholdTrend = c$pThresholdTrend,
      limit54 = c(c$cases, c$period), powertrans = c$powertrans, noPeriods = c$noPeriods, pastWeeksNotIncluded = c$past, thresholdMethod = c$threshold, glmWarnings = FALSE))),
      error = function(e) NULL)
    if (is.null(r)) { write(i, j, k, "error"); next }
    m <- control(r)
    write(i, j, k, n(upperbound(r)[, 1]), n(alarms(r)[, 1]), n(m$expected), n(m$phiVector), n(m$score), n(m$pvalue), n(m$trendVector))
  }
}
if (a[1] == "rt") {
  suppressMessages(library(EpiEstim))
  for (i in seq_along(S)) for (j in seq_len(nrow(C))) {
    c <- C[j, ]; T <- length(S[[i]]); from <- seq(2, T - c$window + 1); given <- as.numeric(strsplit(c$given, ";")[[1]])
    config <- list(t_start = from, t_end = from + c$window - 1, mean_prior = c$priorMean, std_prior = c$priorSd)
    r <- suppressWarnings(suppressMessages(
      if (length(given) > 1) estimate_R(S[[i]], method = "non_parametric_si", config = make_config(c(config, list(si_distr = given))))
      else estimate_R(S[[i]], method = "parametric_si", config = make_config(c(config, list(mean_si = c$mean, std_si = c$sd))))))$R
    write(i, j, r[[1]], r[[2]], n(r[[3]]), n(r[[4]]), n(r[[5]]), n(r[[6]]), n(r[[7]]), n(r[[8]]), n(r[[9]]), n(r[[10]]), n(r[[11]]))
  }
}
close(out)
