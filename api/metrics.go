package api

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"baton/api/gen"
	"baton/domain"
)

// meters counts requests by route.
type meters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	open     prometheus.Gauge
}

func newMeters(r *prometheus.Registry) *meters {
	m := &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "baton_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "baton_http_request_seconds", Help: "Time from a request's first byte to its answer's last, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60},
		}, []string{"method", "route"}),
		open: prometheus.NewGauge(prometheus.GaugeOpts{Name: "baton_http_requests_open", Help: "Requests under way, streams included."}),
	}
	r.MustRegister(m.requests, m.seconds, m.open)
	return m
}

// GetMetrics answers loopback only, unless told otherwise: routes and rates are nobody else's business. A
// proxy on this machine has to pass X-Forwarded-For on, or everybody seems to come from here.
func (h *handlers) GetMetrics(ctx context.Context, _ gen.GetMetricsRequestObject) (gen.GetMetricsResponseObject, error) {
	a, err := netip.ParseAddr(callerOf(ctx).address)
	if !h.MetricsOpen && (err != nil || !a.Unmap().IsLoopback()) {
		return nil, domain.Errorf(domain.KindForbidden, "metrics are answered to this machine only, unless BATON_METRICS is all")
	}
	return metricsResponse{ctx, promhttp.HandlerFor(h.Metrics, promhttp.HandlerOpts{DisableCompression: true})}, nil
}

// metricsResponse lets the Prometheus library write its own format.
type metricsResponse struct {
	ctx     context.Context //nolint:containedctx // lives for one call
	handler http.Handler
}

func (m metricsResponse) VisitGetMetricsResponse(w http.ResponseWriter) error {
	m.handler.ServeHTTP(w, (&http.Request{Method: http.MethodGet, Header: http.Header{}}).WithContext(m.ctx))
	return nil
}
