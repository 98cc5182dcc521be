// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DemoToken} from "../../contracts/mocks/DemoToken.sol";
import {IPlugpactMarket} from "../../contracts/interfaces/IPlugpactMarket.sol";
import {Money, PurseRef, Session} from "../../contracts/types/Booking.sol";
import {ListingId} from "../../contracts/types/Ids.sol";
import {Listing, ListingStatus, Location, Place, WeeklyHours} from "../../contracts/types/Listing.sol";
import {Settings} from "../../contracts/types/Settings.sol";
import {BookingTerms, MeterAlgorithm, Metering, Tariff, Terms} from "../../contracts/types/Terms.sol";
import {vm} from "../support/Vm.sol";
import {MeterRecords} from "./MeterRecords.sol";
import {Signatures} from "./Signatures.sol";

/// @notice The deployed market, its accounts, and listings drawn from a number.
abstract contract MarketFixture is Signatures {
    uint256 internal constant SLOT_SEC = 900;
    /// @dev Three windows of different lengths, so that a mix-up is noticed.
    uint256 internal constant REPORT_SEC = 60 minutes;
    uint256 internal constant CHALLENGE_SEC = 50 minutes;
    uint256 internal constant PROOF_SEC = 40 minutes;
    uint256 internal constant BOND_MAX = 2_000_000;
    uint256 internal constant FIRST_TRUST_MAX = 500_000;
    uint256 internal constant FORFEIT_MIN = 50_000;
    uint256 internal constant FEE_BASIS_POINTS = 75;
    uint256 internal constant GUARDIAN_SEC = 45 days;
    uint256 internal constant DRIVERS = 3;
    uint256 internal constant PURSES = 2;
    uint256 internal constant HOSTS = 2;
    /// @dev Chargers: one with a secp256r1 meter, one with a secp256k1 meter and a prefix, one without a meter key.
    uint256 internal constant PLACES = 3;
    bytes11 internal constant PREFIX = "HOST-";
    /// @dev Without any hour a charger is booked by offers only.
    WeeklyHours internal constant NEVER = WeeklyHours.wrap(0);
    WeeklyHours internal constant ALWAYS = WeeklyHours.wrap(type(uint168).max);

    /// @notice One listing id: the charger of a place under one agent key.
    struct Site {
        ListingId id;
        uint256 place;
        uint256 agentKey;
        uint8 status;
        uint256 version;
        Listing listing;
    }

    Site[] internal _sites;
    /// @dev The site that each place has now.
    uint256[PLACES] internal _siteAt;

    address[DRIVERS] internal _drivers;
    address[HOSTS] internal _hosts;
    address internal _relayer;
    address internal _collector;
    address internal _guardian;
    address internal _stranger;
    uint256 internal _guardianEndsAt;

    /// @dev From the compiled artifacts: the code that is deployed, not compiled a second time.
    function _deploy() internal {
        vm.warp(1_800_000_000);
        for (uint256 i = 0; i < DRIVERS; ++i)
            _drivers[i] = _account(string.concat("driver ", vm.toString(i)));
        for (uint256 i = 0; i < HOSTS; ++i) _hosts[i] = _account(string.concat("host ", vm.toString(i)));
        (_relayer, _collector) = (_account("relayer"), _account("collector"));
        (_guardian, _stranger) = (_account("guardian"), _account("stranger"));
        _guardianEndsAt = block.timestamp + GUARDIAN_SEC;
        token = DemoToken(_create("contracts/mocks/DemoToken.sol:DemoToken", ""));
        Settings memory settings = Settings(
            token,
            REPORT_SEC,
            CHALLENGE_SEC,
            PROOF_SEC,
            BOND_MAX,
            FIRST_TRUST_MAX,
            FORFEIT_MIN,
            FEE_BASIS_POINTS,
            _collector,
            _guardian,
            _guardianEndsAt
        );
        address verifier = _create("contracts/OcmfVerifier.sol:OcmfVerifier", "");
        bytes memory with = abi.encode(settings, verifier);
        address extension = _create("contracts/PlugpactExtension.sol:PlugpactExtension", with);
        with = abi.encode(settings, extension);
        market = IPlugpactMarket(_create("contracts/PlugpactMarket.sol:PlugpactMarket", with));
    }

    function _create(string memory artifact, bytes memory with) private returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(artifact), with);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        assertTrue(created != address(0), artifact);
    }

    /// @dev A listing that nobody has published yet, with terms drawn from `n`.
    function _newSite(uint256 place, uint256 host, uint256 n) internal view returns (Site memory site) {
        site.place = place;
        site.agentKey = uint256(keccak256(abi.encode("agent", _sites.length)));
        site.listing = _listing(place, _hosts[host], vm.addr(site.agentKey), n);
        site.id = ListingId.wrap(
            keccak256(abi.encode(site.listing.terms.agentKey, site.listing.place.connector))
        );
        site.status = ListingStatus.NONE;
    }

    function _listing(
        uint256 place,
        address host,
        address agent,
        uint256 n
    ) internal pure returns (Listing memory listing) {
        uint8 algorithm = uint8((place + 1) % PLACES);
        listing.meterKey = MeterRecords.keyOf(algorithm);
        bytes32 keyHash = algorithm == MeterAlgorithm.NONE ? bytes32(0) : keccak256(listing.meterKey);
        listing.terms = Terms(host, agent, _tariff(n), _bookingTerms(n), _metering(n, algorithm), keyHash);
        listing.weeklyHours =
            _part(n, 0, 3) == 0
                ? _hours(n)
                : _part(n, 0, 11) == 1
                    ? NEVER
                    : ALWAYS;
        listing.place = Place(bytes6(keccak256(abi.encode(place))), Location.wrap((8 << 64) | (8 << 52)), 0);
    }

    /// @dev Prices per kWh, hour, overstay hour, flat, and the overstay reserve, in token units; the most that an offer
    /// may be lower.
    function _tariff(uint256 n) private pure returns (Tariff) {
        uint256 word = _part(n, 1, 600_000) | (_part(n, 2, 200_000) << 48) | (_part(n, 3, 3_000_000) << 96);
        word |= (_part(n, 4, 30_000) << 144) | (_part(n, 5, 1_000_000) << 192);
        return Tariff.wrap(word | (_part(n, 25, 9_000) << 240));
    }

    /// @dev Minutes: cancel until, early start, no-show timeout, late stop; slots from and to; lead time; horizon.
    function _bookingTerms(uint256 n) private pure returns (BookingTerms) {
        uint256 word = _part(n, 6, 120) | (_part(n, 7, 30) << 16) | ((15 + _part(n, 8, 44)) << 32);
        word |= (_part(n, 9, 60) << 48) | ((1 + _part(n, 10, 1)) << 64) | ((4 + _part(n, 11, 92)) << 80);
        word |= ((30 * _part(n, 12, 1)) << 96) | ((96 + _part(n, 13, 1_472)) << 112);
        return BookingTerms.wrap(word | (_part(n, 14, 100_000) << 128) | (_part(n, 15, 50_000) << 176));
    }

    /// @dev The trust that is asked, in token units, the power in W, and what binds the meter's records.
    function _metering(uint256 n, uint8 algorithm) private pure returns (Metering) {
        uint256 word = _part(n, 16, FIRST_TRUST_MAX) | (_part(n, 17, 60_000) << 64);
        word |= (3_700 + _part(n, 18, 18_300)) << 128;
        uint256 prefix = algorithm == MeterAlgorithm.ECDSA_SECP256K1_SHA256 ? uint88(PREFIX) : 0;
        return Metering.wrap(word | (uint256(algorithm) << 160) | (prefix << 168));
    }

    /// @dev Some hours of the week closed, the clock an odd number of quarter hours away and changing within days.
    function _hours(uint256 n) private pure returns (WeeklyHours) {
        uint256 closed = uint256(keccak256(abi.encode(n, 19))) & uint256(keccak256(abi.encode(n, 20)));
        uint256 mask = type(uint168).max & ~(closed & uint256(keccak256(abi.encode(n, 21))));
        uint256 changesAt = 1_800_000_000 + _part(n, 22, 10 days);
        uint256 offsets = (_part(n, 23, 255) << 168) | (_part(n, 24, 255) << 216);
        return WeeklyHours.wrap(mask | offsets | (changesAt << 176));
    }

    /// @dev A number in [0, highest], drawn from `n`; another one for each `index`.
    function _part(uint256 n, uint256 index, uint256 highest) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(n, index, "part"))) % (highest + 1);
    }

    function _packPurse(address driver, uint256 index, uint256 generation) internal pure returns (PurseRef) {
        return PurseRef.wrap(uint256(uint160(driver)) | (index << 160) | (generation << 192));
    }

    function _packSession(
        address key,
        uint256 first,
        uint256 count,
        bytes6 connector
    ) internal pure returns (Session) {
        uint256 low = uint256(uint160(key)) | (first << 160) | (count << 192);
        return Session.wrap(low | uint256(bytes32(connector)));
    }

    function _packMoney(
        uint256 cap,
        uint256 unsigned,
        uint256 allowed,
        uint256 fee
    ) internal pure returns (Money) {
        return Money.wrap(cap | (unsigned << 64) | (allowed << 128) | (fee << 192));
    }
}
