#!/usr/bin/python3
"""Breaks the engine in ways that matter and shows that the simulation catches each.

mutations.py [--build build/release] [--seeds 2000] [NAME...]

Each row of MUTATIONS is applied to a copy of one file, which is compiled and linked in front of the libraries of an
existing build, so that nothing of the tree is touched. Prints one line for each: the seed that caught it and the
check that fired. Exit status 1 where one survives. Takes about half a minute for each on two cores.
"""

import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Name, file, text, and what stands there instead.
MUTATIONS = [
    ("the outbox row is not written", "agent/engine/engine.cc",
     "for (const auto& [id, delivery] : draft.deliveries) change.deliveries.push_back(delivery);", ""),
    ("what a notifier was told is not written", "agent/engine/engine.cc",
     "for (const auto& [incident, notifier] : draft.told) change.told.push_back(outbox_.told(incident, notifier));",
     ""),
    ("what is told is sent before the commit", "agent/engine/engine.cc",
     "  if (commit()) {", "  start_all(std::exchange(taken, {}));\n  if (commit()) {"),
    ("a person is answered before the commit", "agent/engine/engine.cc",
     "to_reply_.push_back(std::move(command.reply));", "command.reply.set_value({});"),
    ("one query is never asked", "agent/poll/poller.cc", "  timers_[next].push_back(index);",
     "  if (index != 1) timers_[next].push_back(index);"),
    ("a commit is not synced", "agent/store/sqlite_connection.cc",
     'database.exec("PRAGMA synchronous = FULL");', 'database.exec("PRAGMA synchronous = NORMAL");'),
    ("the journal of the first change may come back", "agent/store/sqlite_connection.cc",
     'database.exec("PRAGMA synchronous = EXTRA");', ""),
    ("the dedup window is forgotten on a restart", "agent/engine/engine.cc",
     "world_.store.load(now - config_->catch_up - std::max(window_max, blind_.rule().dedup_window))",
     "world_.store.load(now)"),
    ("the mark of being alive runs ahead", "agent/engine/engine.cc",
     "draft_.alive_at = poller_.covered_by_all(now);", "draft_.alive_at = now;"),
    ("a failed query counts as an empty answer", "agent/engine/engine_polls.cc",
     "runtime.status.last_error = reason;",
     "runtime.status.last_error = reason; apply_tick(runtime, Answer{}, tick, now);"),
    ("the severity of what is open does not move", "agent/incident/incident_book.cc",
     "      go_on(*incident, rule, firing, surroundings, at, draft, events);", ""),
    ("what is mild is told unrecorded", "agent/notify/deliverer.cc",
     "ready(Severity::sev1)) {\n"
     "    const NotificationKind kind = outbox_.head(incident, name).kind;\n"
     "    if (kind != NotificationKind::open && kind != NotificationKind::escalate) continue;\n"
     "    if (const Incident* still = find_incident_(incident); !still || still->severity != Severity::sev1) continue;",
     "ready(Severity::sev3)) {\n"
     "    const NotificationKind kind = outbox_.head(incident, name).kind;"),
    ("a gap is not read again", "agent/engine/engine_polls.cc",
     "if (oldest >= tick) return ask_instant", "if (oldest <= tick) return ask_instant"),
    ("that a rule is behind is not written", "agent/engine/engine_polls.cc",
     "if (runtime.behind != unreachable) draft_.rules.insert(name);", ""),
    ("a rule has caught up with the first of several ranges", "agent/engine/engine_polls.cc",
     "runtime.behind = more_to_read;", "runtime.behind = false;"),
    ("a range that takes too long stays as long", "agent/engine/engine_ranges.cc",
     "if (response.fault == TransportFault::timeout) poll.range.timed_out(size);", ""),
    ("a range that is refused is given up", "agent/engine/engine_ranges.cc",
     "if (refused && poll.range.refuse(size)) {", "if (false) {"),
    ("what was read again is applied twice", "agent/engine/engine_polls.cc",
     "if (runtime.last_applied && tick <= *runtime.last_applied && !clock_was_set_back) return;", ""),
    ("pending timers are lost on a restart", "agent/engine/engine_config.cc",
     "    known(record.rule).state.series.change(",
     "    if (record.state.grades.front().phase == Phase::open) known(record.rule).state.series.change("),
    ("incidents of a removed rule stay open", "agent/engine/engine_config.cc",
     "record(book_.resolve_all(name, reason, now, draft_), now);", ""),
    ("a restart keeps what another incident_by has opened", "agent/engine/engine_config.cc",
     "  tell_other_identities(rules);\n", ""),
    ("a reload loses what a rule has seen", "agent/engine/engine_config.cc",
     "fit_grades(*rule, old.state);", "old.state = {};"),
    ("Retry-After is ignored", "agent/outbox/backoff.cc",
     "return std::max(wait, std::min(retry_after.value_or(Duration{0}), limits::kRetryAfterMax));",
     "static_cast<void>(retry_after); return wait;"),
    ("a 429 lets others knock", "notifiers/http_verdict.cc",
     "verdict.pause_notifier = response.status == 429;", ""),
    ("nothing collapses", "agent/outbox/conversation.cc",
     "if (resolve && !open) collapse(conversation, *resolve);", ""),
    ("an opening under way is not seen", "agent/outbox/conversation.cc", "under_way = &delivery;", ""),
    ("a rise waits for the dedup window", "agent/outbox/conversation.cc",
     "if (opening->state == DeliveryState::held) {", "if (opening->state == DeliveryState::sending) {"),
    ("no opening is held back", "agent/outbox/conversation.cc",
     "word.at < *last_opening + dedup_window", "word.at < *last_opening"),
    ("a resolve is told without an opening", "agent/outbox/outbox.cc",
     "if (!knows && kind != NotificationKind::past) return;", ""),
    ("a try that a crash cut off counts as not made", "agent/outbox/outbox.cc", "delivery.maybe_seen = true;", ""),
    ("a time-out counts as not seen", "notifiers/http_verdict.cc", "verdict.maybe_seen = response.sent;", ""),
    ("the next word does not wait for the one under way", "agent/outbox/outbox.cc",
     "!talk.waiting.empty() && talk.waiting.front().state != DeliveryState::sending;", "!talk.waiting.empty();"),
    ("a rise of severity is no news", "agent/outbox/news.cc",
     "if (worse(incident.severity, before.severity)) kinds.push_back(NotificationKind::escalate);", ""),
    ("what came and went unseen is not told", "agent/outbox/news.cc",
     "incident.flaps > before.flaps ? std::vector{NotificationKind::past}",
     "incident.flaps > before.flaps + 1 ? std::vector{NotificationKind::past}"),
    ("absence is counted one tick too long", "agent/evaluate/series_step.cc",
     "at - *series.absent_since + rule.interval >= rule.missing", "at - *series.absent_since >= rule.missing"),
    ("the bound itself does not count", "rules/threshold.cc", "return value >= bound;", "return value > bound;"),
    ("NaN breaches where it is not the bound", "rules/threshold.cc", "if (std::isnan(value)) return false;", ""),
    ("a restart moves the grid", "agent/poll/poller.cc", "const TickGrid grid(query, interval);",
     "const TickGrid grid(covered ? query.substr(1) : query, interval);"),
    ("for is ignored", "agent/evaluate/series_step.cc", "at - grade.since >= rule.for_duration", "at >= grade.since"),
    ("recover_for is ignored", "agent/evaluate/series_step.cc",
     "at - *grade.recovering_since >= rule.recover_for", "at >= *grade.recovering_since"),
    ("a breach during recovery does not start it anew", "agent/evaluate/series_step.cc",
     "grade.recovering_since.reset();", ""),
    ("an incident ends with its first series", "agent/evaluate/evaluator.cc",
     "if (!open.contains(key)) evaluation_.cleared.push_back", "evaluation_.cleared.push_back"),
    ("an incident reopens after its window", "agent/incident/incident_book.cc",
     "within(rule.dedup_window, *incident, at)", "within(rule.dedup_window * 2, *incident, at)"),
    ("nothing reopens", "agent/incident/incident_book.cc",
     "incident && within(rule.dedup_window, *incident, at)", "incident == nullptr && is_full(rule)"),
    ("more incidents open than max_incidents", "agent/incident/incident_book.cc",
     "active->second >= rule.max_incidents", "active->second >= rule.max_incidents * 100"),
    ("an untold resolve does not keep its key", "agent/incident/incident_book.cc",
     "return surroundings.is_untold(id) || ", "return "),
    ("what Prometheus has forgotten counts as gone", "agent/poll/presence.cc",
     "    drop_before_first_sample(answers);\n    return;", "    return;"),
    ("one answer to a probe gives the range up", "agent/engine/engine_ranges.cc",
     "const bool in_vain = answers && poller_.poll(index).range.is_in_vain();", "const bool in_vain = answers;"),
    ("what is given up is tried for longer", "agent/notify/deliverer.cc",
     "if (!end || now < *end) return false;", "if (!end || now < *end + Duration{120'000}) return false;"),
    ("an answer without the mark counts", "agent/poll/prom_vector.cc",
     "  if (members.joined && !reader.marked())", "  if (false)"),
    ("a member of a joined answer is swallowed", "agent/poll/prom_vector.cc",
     "Parsed<Answer>& answer = answers_[*member];",
     "if (*member == 1) return {}; Parsed<Answer>& answer = answers_[*member];"),
    ("members of a joined answer are mixed up", "agent/poll/prom_vector.cc",
     "answers_[*member];", "answers_[(*member + 1) % members_.count];"),
    ("a series that has recovered is left out of the answer", "agent/evaluate/evaluator.cc",
     " || state.series->contains(series);", ";"),
    ("all members fail with one", "agent/poll/poller.cc",
     "if (failed && batch.polls.size() > 1) {", "if (failed && batch.polls.size() > 1000) {"),
    ("ticks that a machine slept through count as missed", "agent/poll/poller.cc",
     "poll.reading_again |= slept;", ""),
    ("what is over stays in the memory of the outbox", "agent/engine/engine.cc", "outbox_.forget(id);", ""),
    ("what is over stays in memory", "agent/engine/engine.cc",
     "const bool over = !may_reopen", "const bool over = incident.id < 0 && !may_reopen"),
    ("ticks that were not answered count as read", "agent/poll/poller.cc",
     "if (result != Result::unreachable) {", "{"),
    ("a sleep counts as time in which a receiver was tried", "agent/engine/engine_clock.cc",
     "    outbox_.set_forward(-lost, now, draft_);", ""),
    ("a word ages while nothing runs", "agent/engine/engine.cc",
     "    outbox_.set_forward(now - alive_at, now, draft_);", ""),
    ("how long a word was tried is forgotten", "agent/outbox/outbox.cc",
     "std::min(delivery.waits_since, left_at)", "std::min(delivery.at, left_at)"),
    ("queries go by a clock that is ahead", "agent/engine/engine_clock.cc",
     "query_offset + server_clock_.ahead();", "query_offset + std::min(server_clock_.ahead(), Duration{0});"),
    ("queries go by a clock that is behind", "agent/engine/engine_clock.cc",
     "query_offset + server_clock_.ahead();", "query_offset + std::max(server_clock_.ahead(), Duration{0});"),
    ("an answer for another time counts", "agent/engine/engine_clock.cc",
     "  if (gained != Duration{0}) return follow_server_clock(gained);",
     "  for (auto& [asked, aside] : doubted) evaluate_answer(std::move(asked), aside);\n"
     "  if (gained != Duration{0}) return follow_server_clock(gained);\n  doubted.clear();"),
    ("the date of a proxy is the time of Prometheus", "agent/engine/engine_clock.cc",
     "const auto time = answer ? clock_time(*answer) : std::nullopt;",
     "const auto time = answer ? response.date : std::nullopt;"),
    ("for is over once the clock is set forward", "agent/engine/engine_clock.cc",
     "for (RuleRuntime& runtime : rules_) set_forward(runtime, gained);", ""),
    ("what was asked by another clock counts", "agent/engine/engine_clock.cc",
     "set_forward(runtime, gained);\n  }\n  ask_anew();", "set_forward(runtime, gained);\n  }\n"),
    ("a clock set back makes everybody wait", "agent/engine/engine_clock.cc",
     "outbox_.set_back(lost, draft_);\n  deliverer_.set_back(lost);", ""),
    ("no data is no breach", "agent/evaluate/evaluator.cc",
     "const bool breach = answer_empty && rule_.no_data_opens;", "const bool breach = false;"),
    ("continue is ignored", "agent/route/router.cc", "if (!one.continues) break;", "break;"),
    ("every route continues", "agent/route/router.cc", "if (!one.continues) break;", ""),
    ("a rule's own notify is ignored", "agent/route/router.cc",
     "for (const std::string& notifier : rule_notify) add(notifier, std::nullopt);\n"
     "  if (!rule_notify.empty()) return recipients;", "static_cast<void>(rule_notify);"),
    ("nobody is reminded", "agent/outbox/outbox.cc", "if (now < reminders_from_) return;", "return;"),
    ("reminders come too often", "agent/outbox/outbox.cc",
     "return told.last_at + *told.repeat_interval;", "return told.last_at + *told.repeat_interval / 2;"),
    ("blindness is not noticed", "agent/engine/self_rules.cc", "if (unanswered)", "if (false)"),
    ("blind at once", "agent/engine/self_rules.cc",
     "Rule rule = self_rule(kBlindRule, Severity::sev2, prometheus.unreachable_after);",
     "Rule rule = self_rule(kBlindRule, Severity::sev2, Duration{0});"),
    ("a range that is answered is no answer", "agent/engine/engine_ranges.cc",
     "if (is_answer(answers)) prometheus_answers();\n  if (!answers) return range_failed(",
     "if (!answers) return range_failed("),
    ("blind for ever", "agent/engine/engine.cc", "apply_self_rules(now);",
     "if (unanswered_since_) apply_self_rules(now);"),
    ("the heartbeat goes on while nothing is seen", "agent/engine/engine_status.cc",
     "return sees && evaluates", "return true"),
    ("the heartbeat goes on while nothing is written", "agent/engine/engine_status.cc",
     "&& store_error_.empty() &&", "&&"),
    ("the heartbeat stops for good", "agent/engine/heartbeat.cc",
     "  if (!healthy()) return std::nullopt;",
     "  if (!healthy()) next_ = Timestamp::max();\n  if (next_ == Timestamp::max()) return std::nullopt;"),
    ("acknowledgements are told to nobody", "agent/outbox/news.cc",
     "    kinds.push_back(NotificationKind::acknowledge);\n", ""),
    ("the pager hears no rise of severity", "notifiers/pagerduty.cc",
     "kind == Kind::open || kind == Kind::escalate ||", "kind == Kind::open ||"),
    ("a reload leaves the routes as they were", "agent/engine/engine_config.cc", "  config_ = std::move(config);\n",
     "  auto mixed = std::make_shared<Config>(*config);\n  mixed->routes = config_->routes;\n  config_ = mixed;\n"),
    ("a reload leaves a rule as it was", "agent/engine/engine_config.cc", "  old.status.rule = rule;\n", ""),
    ("a reload leaves the thresholds as they were", "agent/engine/engine_config.cc", "  old.status.rule = rule;\n",
     "  auto mixed = std::make_shared<Rule>(*rule);\n  mixed->grades = old.rule().grades;\n  old.status.rule = mixed;\n"),
    ("a reload leaves for as it was", "agent/engine/engine_config.cc", "  old.status.rule = rule;\n",
     "  auto mixed = std::make_shared<Rule>(*rule);\n  mixed->for_duration = old.rule().for_duration;\n"
     "  old.status.rule = mixed;\n"),
    ("a reload leaves recover_for as it was", "agent/engine/engine_config.cc", "  old.status.rule = rule;\n",
     "  auto mixed = std::make_shared<Rule>(*rule);\n  mixed->recover_for = old.rule().recover_for;\n"
     "  old.status.rule = mixed;\n"),
    ("the heartbeat goes on while words wait", "agent/engine/engine_status.cc",
     " && std::ranges::none_of(deliverer_.status(), stalled)", ""),
    ("a word has the severity that it was queued with", "agent/notify/snapshot.cc",
     "  shown.severity = severity_text(incident.severity);",
     "  shown.severity = severity_text(delivery.severity);"),
    ("a reminder is told as an opening", "agent/notify/deliverer.cc", "flight.notification.kind = head.kind;",
     "flight.notification.kind =\n"
     "      head.kind == NotificationKind::reminder ? NotificationKind::open : head.kind;"),
    ("an answer that its status denies counts", "agent/poll/prom_envelope.cc",
     'if (status != "success" || !response.ok())', 'if (status != "success")'),
    ("what is cut off is an empty answer", "agent/poll/prom_envelope.cc",
     "  if (response.fault != TransportFault::none) return transport_fault(response);\n",
     "  if (response.body.starts_with('{') && !response.body.ends_with('}')) {\n    Response empty = response;\n"
     '    empty.body = R"({"status":"success","data":{"resultType":"vector","result":[]}})";\n'
     "    return open_envelope(parser, empty, allow_partial);\n  }\n"
     "  if (response.fault != TransportFault::none) return transport_fault(response);\n"),
    ("a stop loses what is under way", "agent/engine/engine.cc",
     "while ((deliverer_.in_flight() > 0 || !draft_.empty())", "while (false"),
    ("a reload leaves a notifier as it was", "agent/notify/deliverer.cc", "found->second.settings != settings", "false"),
    ("a mail goes to its first recipient alone", "notifiers/email.cc", "  if (!progress.next(recipients_)) {", "  {"),
    ("who has a mail gets it again with the others", "notifiers/email.cc", "    progress.later.clear();",
     "    progress.later.clear();\n    progress.accepted.clear();"),
]


class Build:
    """An existing build: how it compiles a file, and how it links the simulation."""

    def __init__(self, directory, source):
        self.directory = directory.resolve()
        self.source = source.resolve()
        entries = json.loads((self.directory / "compile_commands.json").read_text())
        self.entries = {str(pathlib.Path(entry["file"]).resolve()): entry for entry in entries}
        listed = subprocess.run(["ninja", "-C", self.directory, "-t", "commands", "simulation"], check=True,
                                capture_output=True, text=True).stdout
        self.link_command = listed.strip().splitlines()[-1]

    def compile(self, file, text, into):
        entry = self.entries[str(self.source / file)]
        copy = into / pathlib.Path(file).name
        copy.write_text(text)
        words = [word for word in shlex.split(entry["command"]) if word not in ("-Werror", "-MD")]
        for option in ("-o", "-c", "-MT", "-MF"):
            if option in words:
                at = words.index(option)
                del words[at:at + 2]
        made = copy.with_suffix(".o")
        subprocess.run([*words, "-o", made, "-c", copy], cwd=entry["directory"], check=True)
        return made

    def link(self, made, into):
        program = into / "simulation"
        command = re.sub(r"-o tests/simulation\b", f"-o {program} {made}", self.link_command)
        subprocess.run(command, cwd=self.directory, shell=True, check=True)
        return program


def mutate(source, mutation):
    name, file, before, after = mutation
    text = (source / file).read_text()
    if text.count(before) != 1:
        raise ValueError(f"{name}: {file} does not hold this text once: {before}")
    return text.replace(before, after)


def catch(program, seeds):
    """The seed that caught it, and what fired; None: it survives."""
    ended = subprocess.run([program, "--first", "1", "--seeds", str(seeds), "--quick"], capture_output=True, text=True)
    seed = re.search(r"^seed (\d+) ", ended.stdout, re.MULTILINE)
    fired = re.search(r"^  VIOLATION (.*)$", ended.stdout, re.MULTILINE)
    if seed and fired:
        return seed[1], fired[1]
    return None if ended.returncode == 0 else ("?", f"it ends with {ended.returncode}: {ended.stderr[-200:]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--source", type=pathlib.Path, default=ROOT)
    parser.add_argument("--seeds", type=int, default=2000, help="tried for each, before it counts as surviving")
    parser.add_argument("names", nargs="*", help="only mutations whose names hold one of these")
    options = parser.parse_args()
    build = Build(options.build, options.source)
    chosen = [one for one in MUTATIONS if not options.names or any(name in one[0] for name in options.names)]
    texts = [mutate(options.source, one) for one in chosen]
    survivors = 0
    for mutation, text in zip(chosen, texts):
        with tempfile.TemporaryDirectory() as scratch:
            into = pathlib.Path(scratch)
            caught = catch(build.link(build.compile(mutation[1], text, into), into), options.seeds)
        survivors += caught is None
        seed, fired = caught or ("-", "SURVIVES")
        print(f"{mutation[0]:52} {seed:>6}  {fired}", flush=True)
    print(f"{len(chosen) - survivors} caught, {survivors} survive")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
