//! The workers: sockets in front of one cluster, a thread a connection, and the weather in between.
//! All of it ends with the value that holds it.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::change::{Change, Target, What};
use crate::cluster::{Cluster, Config, Time};
use crate::http::{self, Delivery, Reply, Request};
use crate::offsets;
use crate::rest::{self, Route, View};
use crate::tally::Tally;
use crate::weather::{Forecast, Met, Weather};
use crate::wrong::{Answer, CONFLICT, Effect, NO_LEADER, Wrong, connects_own};

/// The Apache Kafka that is imitated, major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

/// What is imitated.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Which Apache Kafka.
    pub version: Version,
    /// How many workers, each with an address of its own, in front of one cluster.
    pub workers: usize,
    /// Whether secrets are masked in what is shown.
    pub masks: bool,
    /// How long a new connector has no status.
    pub status_after: Duration,
    /// What goes wrong.
    pub weather: Weather,
}

impl Default for Setting {
    /// One worker of today's Kafka in calm weather.
    fn default() -> Self {
        Self {
            version: Version(4, 0),
            workers: 1,
            masks: false,
            status_after: Duration::from_millis(20),
            weather: Weather::calm(),
        }
    }
}

/// An imitated Connect cluster. It ends with this value.
#[derive(Debug)]
pub struct Imitation {
    addresses: Vec<SocketAddr>,
    shared: Arc<Shared>,
    listeners: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    began: Instant,
    setting: Setting,
    is_over: AtomicBool,
    world: Mutex<World>,
}

#[derive(Debug)]
struct World {
    cluster: Cluster,
    forecast: Forecast,
    tally: Tally,
    storm_until: Time,
    flip: Option<Flip>,
    /// The last long answer, for as long as it is right.
    listed: Option<(u64, Reply)>,
}

/// A change of leaders: until then, what was there at that time is shown, and nothing is written.
#[derive(Clone, Copy, Debug)]
struct Flip {
    until: Time,
    shows: Time,
}

impl Imitation {
    /// Starts the workers on free ports of the loopback interface.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(setting: Setting) -> std::io::Result<Self> {
        let world = World {
            cluster: Cluster::default(),
            forecast: Forecast::new(setting.weather.clone()),
            tally: Tally::default(),
            storm_until: Time::ZERO,
            flip: None,
            listed: None,
        };
        let workers = setting.workers.max(1);
        let (is_over, world) = (AtomicBool::new(false), Mutex::new(world));
        let shared = Arc::new(Shared { began: Instant::now(), setting, is_over, world });
        let mut imitation = Self { addresses: Vec::new(), shared, listeners: Vec::new() };
        for _ in 0..workers {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            imitation.addresses.push(listener.local_addr()?);
            let shared = imitation.shared.clone();
            imitation.listeners.push(std::thread::spawn(move || listen(&listener, &shared)));
        }
        Ok(imitation)
    }

    /// The address of the first worker, as `http://host:port`.
    pub fn url(&self) -> String {
        self.urls().into_iter().next().unwrap_or_default()
    }

    /// The addresses of all workers.
    pub fn urls(&self) -> Vec<String> {
        self.addresses.iter().map(|address| format!("http://{address}")).collect()
    }

    /// What has happened so far.
    pub fn tally(&self) -> Tally {
        let world = self.shared.lock();
        let mut tally = world.tally.clone();
        tally.effects_of = world.cluster.effects.clone();
        tally.effects = tally.effects_of.values().sum();
        tally.masks_written = world.cluster.masks_written;
        tally
    }

    /// Counts from nothing again.
    pub fn forget_tally(&self) {
        let mut world = self.shared.lock();
        world.tally = Tally::default();
        world.cluster.effects.clear();
        world.cluster.masks_written = 0;
    }

    /// Changes the weather.
    pub fn set_weather(&self, weather: Weather) {
        let mut world = self.shared.lock();
        world.forecast = Forecast::new(weather);
        (world.storm_until, world.flip) = (Time::ZERO, None);
    }

    /// The configuration of a connector, unmasked.
    pub fn config(&self, name: &str) -> Option<Config> {
        let world = self.shared.lock();
        world.cluster.one(name, Time::MAX).map(|connector| (*connector.config).clone())
    }

    /// The state that a connector was asked to be in.
    pub fn target(&self, name: &str) -> Option<Target> {
        self.shared.lock().cluster.one(name, Time::MAX).map(|connector| connector.target)
    }

    /// The names of all connectors.
    pub fn names(&self) -> Vec<String> {
        self.shared.lock().cluster.all(Time::MAX).map(|(name, _)| name.to_owned()).collect()
    }

    /// Puts a connector there, as somebody else did long ago: it has a status. It is not counted.
    pub fn seed(&self, name: &str, config: Config) {
        let mut world = self.shared.lock();
        let (before, now) = (world.cluster.effects.get(name).copied(), self.shared.began.elapsed());
        world.cluster.apply(now, Change { name: name.to_owned(), what: What::Put(config) });
        match before {
            Some(count) => world.cluster.effects.insert(name.to_owned(), count),
            None => world.cluster.effects.remove(name),
        };
        world.cluster.ages(name);
    }

    /// Asks a connector to be in a state, as somebody else would; it is not counted.
    pub fn ask(&self, name: &str, target: Target) {
        let mut world = self.shared.lock();
        let now = self.shared.began.elapsed();
        world.cluster.apply(now, Change { name: name.to_owned(), what: What::Ask(target) });
    }

    /// Lets a task of a connector fail.
    pub fn fail(&self, name: &str, task: u32, trace: &str) {
        let what = What::Fail(task, trace.to_owned());
        let now = self.shared.began.elapsed();
        self.shared.lock().cluster.apply(now, Change { name: name.to_owned(), what });
    }

    /// The record of a topic that a sink reads next.
    pub fn offset(&self, name: &str, topic: &str, partition: i32) -> Option<i64> {
        self.shared.lock().cluster.offsets.get(name)?.of_topic(topic, partition)
    }

    /// Lets a sink have read a topic up to a record.
    pub fn set_offset(&self, name: &str, topic: &str, partition: i32, offset: i64) {
        let entry = offsets::of_sink(topic, partition, offset);
        self.shared.lock().cluster.offsets.entry(name.to_owned()).or_default().alter(vec![entry]);
    }

    /// Removes all connectors, and what was still to happen to them.
    pub fn clear(&self) {
        self.shared.lock().cluster.clear();
    }

    /// Waits until all that comes late has come.
    pub fn settle(&self) {
        while !self.shared.settled() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Imitation {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        for address in &self.addresses {
            // Wakes the listening thread.
            drop(TcpStream::connect(address));
        }
        for listener in self.listeners.drain(..) {
            // One that has panicked has told so.
            let _ = listener.join();
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_over.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = shared.clone();
        // A client that breaks off is no affair of the others.
        std::thread::spawn(move || serve(&stream, &shared));
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut out) = (BufReader::new(stream), stream);
    while let Some(request) = http::read(&mut reader, &mut out)? {
        if shared.is_over.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (reply, delivery, pause) = shared.meet(&request);
        std::thread::sleep(pause);
        if !http::write(&mut out, &reply, delivery)? && !matches!(delivery, Delivery::Drops(..)) {
            return Ok(());
        }
        out.flush()?;
    }
    Ok(())
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settled(&self) -> bool {
        let mut world = self.lock();
        world.cluster.pass(self.began.elapsed());
        world.cluster.is_settled()
    }

    /// What a request meets, what it does, and how it is answered.
    fn meet(&self, request: &Request) -> (Reply, Delivery, Duration) {
        let route = rest::route(request, self.setting.version);
        let label = format!("{} /{}", request.method, request.path.join("/"));
        let (mut world, now) = (self.lock(), self.began.elapsed());
        world.cluster.pass(now);
        world.tally.requests += 1;
        world.tally.writes += u64::from(rest::is_write(&route));
        *world.tally.by_request.entry(label.clone()).or_default() += 1;
        let (met, random) = world.forecast.next(&label);
        let weather = world.forecast.weather().clone();
        match met {
            Met::Storm => world.storm_until = now + weather.storm,
            Met::Flip => {
                world.tally.flips += 1;
                world.flip = Some(Flip { until: now + weather.storm, shows: now.saturating_sub(weather.storm) });
            }
            Met::Nothing | Met::Wrong(_) => {}
        }
        world.flip = world.flip.filter(|flip| now < flip.until);
        if now < world.storm_until {
            world.tally.stormed += 1;
            return (connects_own(409, CONFLICT), Delivery::Whole, Duration::ZERO);
        }
        if world.flip.is_some() && rest::is_write(&route) {
            world.tally.stormed += 1;
            return (connects_own(409, NO_LEADER), Delivery::Whole, Duration::ZERO);
        }
        let wrong = match (&route, met) {
            (Route::Change(change, _), _) if weather.fatal.contains(&change.name) => Some(Wrong::Fatal),
            // Whoever reads cannot tell it from an answer of its own.
            (route, Met::Wrong(Wrong::OtherAnswer)) if !rest::is_write(route) => Some(Wrong::Closed),
            (_, Met::Wrong(wrong)) => Some(wrong),
            _ => None,
        };
        let Some(wrong) = wrong else {
            return (self.right(&mut world, now, route), Delivery::Whole, Duration::ZERO);
        };
        *world.tally.wrong.entry(wrong).or_default() += 1;
        let (effect, answer) = wrong.parts(&weather);
        if rest::is_write(&route) && wrong.is_ambiguous() {
            world.tally.ambiguous += 1;
        }
        let pause = if wrong.is_stalled() { weather.stall } else { Duration::ZERO };
        let right = match (effect, route) {
            (Effect::Now, route) => Some(self.right(&mut world, now, route)),
            (Effect::Later, Route::Change(change, _)) => {
                let (least, most) = weather.late;
                let share = u32::try_from(random % 1_000).unwrap_or_default();
                world.cluster.later(now + least + most.saturating_sub(least) * share / 1_000, change);
                world.tally.late += 1;
                None
            }
            _ => None,
        };
        match (answer, right) {
            (Answer::Instead(reply), _) => (reply, Delivery::Whole, pause),
            (Answer::Right(delivery), Some(reply)) => (reply, delivery, pause),
            (Answer::Right(_), None) => (Reply::json(200, ""), Delivery::Nothing, pause),
        }
    }

    /// What is right to answer. The list of all connectors is rendered once for each state they are in.
    fn right(&self, world: &mut World, now: Time, route: Route) -> Reply {
        let Setting { version, masks, status_after, .. } = self.setting;
        let at = world.flip.map_or(now, |flip| flip.shows);
        let view = View { at, statuses: at.saturating_sub(status_after), masks, version };
        let is_lasting = world.flip.is_none() && world.cluster.changed <= view.statuses;
        let is_list = route == Route::Expand { info: true, status: true };
        if !(is_list && is_lasting) {
            return rest::answer(&mut world.cluster, now, view, route);
        }
        let revision = world.cluster.revision;
        match &world.listed {
            Some((of, reply)) if *of == revision => reply.clone(),
            _ => {
                let reply = rest::answer(&mut world.cluster, now, view, route);
                world.listed = Some((revision, reply.clone()));
                reply
            }
        }
    }
}
