"""What the end-to-end tests are made of: real programs and real sockets, all on loopback."""

from .case import EndToEnd, when
from .exporter import Exporter
from .exposition import Metrics
from .fake_clock import FakeClock, faster
from .faulty_proxy import CutBody, FaultyProxy, Slow
from .faulty_proxy import Answer as ProxyAnswer
from .faulty_proxy import Hang as ProxyHang
from .http_client import request
from .prometheus import Prometheus
from .raw_http import RawConnection, ask
from .receiver import HOOK, PAGERDUTY, SLACK_POST, SLACK_UPDATE, SLACK_WEBHOOK, Answer, Drop, Hang, Receiver
from .scripted_prometheus import Raw, ScriptedPrometheus
from .smtp_server import SmtpServer, make_certificate
from .tocsin import TOCSIN, Tocsin, run_tocsin
from .waiting import free_port, wait_for
