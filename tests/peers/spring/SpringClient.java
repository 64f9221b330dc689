import static org.springframework.security.config.Customizer.withDefaults;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.RefreshTokenOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * A relying party by Spring Security, with PKCE, logout at the provider, and back-channel logout.
 *
 * <p>java -cp 'lib/*' SpringClient.java --server.port=0 --spring.security.oauth2.client.registration.silta.client-id=..
 * and the rest of that registration; {@code --response-mode=form_post} for answers by POST. Prints "listening on PORT".
 *
 * <p>{@code /me} logs in, and shows the claims of ID token and userinfo; {@code /refresh} uses the refresh token, and says
 * whether there is another one; {@code /logout} logs out here and at the provider, and comes back to {@code /}.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringClient {
    public static void main(String[] args) {
        var application = new SpringApplication(SpringClient.class);
        application.setBannerMode(Banner.Mode.OFF);
        var running = application.run(args);
        System.out.println("listening on " + running.getEnvironment().getProperty("local.server.port"));
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients, Environment given) throws Exception {
        var requests = new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        var mode = given.getProperty("response-mode");
        requests.setAuthorizationRequestCustomizer(request -> {
            OAuth2AuthorizationRequestCustomizers.withPkce().accept(request);
            if (mode != null) {
                request.additionalParameters(parameters -> parameters.put("response_mode", mode));
            }
        });
        var atTheProvider = new OidcClientInitiatedLogoutSuccessHandler(clients);
        atTheProvider.setPostLogoutRedirectUri("{baseUrl}/");
        return http
            .authorizeHttpRequests(all -> all.requestMatchers("/").permitAll().anyRequest().authenticated())
            // The provider posts its answers, and knows no token of ours.
            .csrf(csrf -> csrf.ignoringRequestMatchers("/login/oauth2/code/*"))
            .oauth2Login(login -> login.authorizationEndpoint(at -> at.authorizationRequestResolver(requests)))
            .logout(logout -> logout
                .logoutRequestMatcher(PathPatternRequestMatcher.withDefaults().matcher("/logout"))
                .logoutSuccessHandler(atTheProvider))
            .oidcLogout(logout -> logout.backChannel(withDefaults()))
            .build();
    }

    @Bean
    RouterFunction<ServerResponse> pages(ClientRegistrationRepository clients, OAuth2AuthorizedClientRepository tokens) {
        // Every token is as good as expired for it.
        var refresh = new RefreshTokenOAuth2AuthorizedClientProvider();
        refresh.setClockSkew(Duration.ofDays(1));
        var manager = new DefaultOAuth2AuthorizedClientManager(clients, tokens);
        manager.setAuthorizedClientProvider(refresh);
        return RouterFunctions.route()
            .GET("/", request -> ServerResponse.ok().body("nobody has to log in here"))
            .GET("/me", request -> {
                var person = (OidcUser) ((Authentication) request.principal().orElseThrow()).getPrincipal();
                var claims = Map.of(
                    "id_token", plain(person.getIdToken().getClaims()),
                    "userinfo", plain(person.getUserInfo().getClaims()));
                return ServerResponse.ok().body(claims);
            })
            .GET("/refresh", request -> {
                var person = (Authentication) request.principal().orElseThrow();
                var asked = OAuth2AuthorizeRequest.withClientRegistrationId("silta").principal(person)
                    .attribute(HttpServletRequest.class.getName(), request.servletRequest())
                    .build();
                var before = tokens.loadAuthorizedClient("silta", person, request.servletRequest());
                var after = manager.authorize(asked);
                return ServerResponse.ok().body(Map.of(
                    "access_token", !after.getAccessToken().getTokenValue().equals(before.getAccessToken().getTokenValue()),
                    "refresh_token", !after.getRefreshToken().getTokenValue().equals(before.getRefreshToken().getTokenValue())));
            })
            .build();
    }

    /** Instants and addresses as they read. */
    private static Map<String, Object> plain(Map<String, Object> claims) {
        var plain = new TreeMap<String, Object>();
        claims.forEach((name, value) -> plain.put(name, value instanceof java.util.Collection<?> ? value : value.toString()));
        return plain;
    }
}
